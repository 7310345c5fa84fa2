/** Distillation as a stage of Spark ML. */
package com.example.ml;

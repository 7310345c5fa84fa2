/** Distillation with dl4j-spark. */
package com.example.dl4j;

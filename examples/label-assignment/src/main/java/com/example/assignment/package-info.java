/** Which positions of a map learn which class is decided by the teacher. */
package com.example.assignment;

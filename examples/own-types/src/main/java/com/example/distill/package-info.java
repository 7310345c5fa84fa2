/** Types of a user's own, named in a config by their class names. */
package com.example.distill;

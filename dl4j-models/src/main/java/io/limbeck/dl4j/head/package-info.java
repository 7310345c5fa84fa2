/** Ends of side branches, through which the distiller's gradients enter back-propagation. */
package io.limbeck.dl4j.head;

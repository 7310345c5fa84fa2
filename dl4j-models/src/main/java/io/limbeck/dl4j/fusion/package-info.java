/** Which vertices of a network make one operation together, and the shapes of what they compute. */
package io.limbeck.dl4j.fusion;

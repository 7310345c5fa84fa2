/** Graph vertices that compute a plain function of arrays, with its way back for gradients. */
package io.limbeck.dl4j.vertex;

/** Frozen teachers that run in onnxruntime: what an ONNX file holds, cut to what is recorded. */
package io.limbeck.onnx;

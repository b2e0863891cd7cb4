"""What each op becomes in ONNX."""

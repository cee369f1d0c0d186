"""What was said in a call, and how."""

import os

# Since 1.29 onnxruntime's Linux wheels send telemetry to Microsoft unless this is set before it is loaded; nothing leaves the box.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

"""What a call is. Arithmetic here is on short blocks: OpenBLAS, which numpy calls, would share each product among all cores and let
its threads spin for one another; on a busy machine that cost ten times the CPU, and the recorder fell behind its devices."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

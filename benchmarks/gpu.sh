#!/usr/bin/env bash
# The comparison of benchmarks/real.py on one GPU: SmolLM2-135M-Instruct in bf16 through the
# transformers engine, all methods, five seeds, 2,000 rows, whole benchmarks.
#
#   benchmarks/gpu.sh MODEL DATA OUT        MODEL: a folder or GGUF file; DATA: the public data sets
#   SIZES="train=32 test=8 ..." SEEDS=0 benchmarks/gpu.sh ...   in small, as on a CPU
#
# It writes OUT/real.json and OUT/real.md, tells the seconds, and goes on where it was stopped. The
# rate is the CPU's choice on dev articles (docs/real.md), so that no dev run is needed.
set -euo pipefail

model=${1:?MODEL} data=${2:?DATA} out=${3:?OUT}
python=${PYTHON:-python}
sizes=${SIZES:-"train=2000 dev=1 test=1500 clapnq=600 musique=400 suite=20000 chars=100000"}
seeds=${SEEDS:-"0 1 2 3 4"} rate=${RATE:-1e-3} workers=${WORKERS:-4}

mkdir -p "$out"
"$python" -c 'import torch; print("device:", torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU")'
start=$SECONDS
# shellcheck disable=SC2086  # lists of words
"$python" "$(dirname "$0")/real.py" --model "$model" --data "$data" --out "$out/runs" \
	--json "$out/real.json" --markdown "$out/real.md" \
	--stage equal analyses --rates "$rate" --seeds $seeds --sizes $sizes --workers "$workers"
echo "seconds: $((SECONDS - start))"

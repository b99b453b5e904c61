#!/usr/bin/env bash
# import_water.sh IMPORTER VITRION: imports the water model of Debian's cp2k-data, compares energies and forces with
# libtorch's own evaluation, and evaluates the imported file. Skips (77) where the model is not installed.
set -euo pipefail
model=${VITRION_WATER_MODEL:-/usr/share/cp2k/NequIP/water.pth}
[ -f "$model" ] || exit 77
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/water.xyz" <<'END'
12
Lattice="6.2 0 0 0 6.2 0 0 0 6.2" Properties=species:S:1:pos:R:3 pbc="T T T"
O 0.10 0.05 0.02
H 0.75 0.62 0.15
H -0.62 0.58 -0.20
O 3.05 0.40 0.35
H 3.60 1.12 -0.05
H 2.40 0.85 0.95
O 0.55 3.10 2.60
H 1.20 3.60 2.10
H -0.20 3.65 2.85
O 3.30 3.40 4.60
H 3.95 3.95 4.15
H 2.55 3.95 4.90
END
"$1" "$model" "$folder/checked.safetensors" --check "$folder/water.xyz"
"$2" convert "$model" "$folder/converted.safetensors"
cmp "$folder/checked.safetensors" "$folder/converted.safetensors"
"$2" bench "$folder/converted.safetensors" "$folder/water.xyz" --steps 2
if "$2" convert "$folder/water.xyz.pth" "$folder/none.safetensors" 2> "$folder/message"; then exit 1; fi
echo broken > "$folder/broken.pth"
if "$2" convert "$folder/broken.pth" "$folder/none.safetensors" 2> "$folder/message"; then exit 1; fi
grep -q "no TorchScript file" "$folder/message"

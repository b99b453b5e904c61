#!/usr/bin/env bash
# What moves the conductivity of the LiPON example: density, size, cooling rate, temperatures, data. Each study changes
# one thing of variations.yaml; the table gives D* at each temperature, activation energy, and conductivity at 300 K
# along the Arrhenius line: examples/lipon/variations.sh [FOLDER] [VARIATION...]
# All of them: an hour and a half of one core. May be stopped at any moment and goes on with the same command.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=${1:-lipon-variations}
shift || true
vitrion=${VITRION:-build/release/vitrion}
[ -x "$vitrion" ] || scripts/build.sh vitrion
scripts/install-deps.sh jq

declare -A change=(
  [base]=""
  [density-2.34]="quench.packed.density_g_per_cm3=2.34"
  [size-496]="quench.packed.composition=Li188P64O224N20"
  [rate-25]="quench.quench.rate_K_per_ps=25"
  [from-450-K]="production.temperatures_K=[450,600,900,1200] production.stages.1.duration_ps=1000"
  [potential-nequip]="potential.file=../../data/lipon-nequip/lipon.safetensors"
)
names=("$@")
[ ${#names[@]} -gt 0 ] || names=(base density-2.34 rate-25 size-496 from-450-K)  # NequIP: ten hours, by name only

row() {  # NAME: a line of the table, from the study's result of transport
  jq -r --arg name "$1" '
    def e: if . == null then "-" else (. * 1e9 | round) as $n | "\($n / 100)e-7" end;
    [$name,
     ([.arrhenius.points[] | "\(.temperature_K) K: " + (if .resolved then "\(.D_cm2_per_s | e) (\(.ci95_cm2_per_s[0] | e)..\(.ci95_cm2_per_s[1] | e))"
                                                       else "< \(.upper_bound_cm2_per_s | e)" end)] | join("; ")),
     (.arrhenius.activation_energy_eV | if .value == null then "-" else "\(.value * 1000 | round / 1000) (\(.ci95[0] * 1000 | round / 1000)..\(.ci95[1] * 1000 | round / 1000))" end),
     ([.arrhenius.at[]? | select(.temperature_K == 300) | "\(.D_cm2_per_s) (\(.ci95_cm2_per_s[0])..\(.ci95_cm2_per_s[1]))"] | join(" "))]
    | @tsv' "$folder/$1/transport/result.json"
}

for name in "${names[@]}"; do
  # shellcheck disable=SC2086  # one word an override
  "$vitrion" run examples/lipon/variations.yaml --output "$folder/$name" ${change[$name]}
done
printf 'variation\tD* (cm2/s)\tEa (eV)\tD* at 300 K along the line (cm2/s)\n'
for name in "${names[@]}"; do row "$name"; done

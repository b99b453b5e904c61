# The settings that make examples/learn/study.yaml small: sourced by what runs it in seconds. Sets `settings`.
settings=(
  slots=2 learn.train.potential.level=6 learn.train.optimizer.max_iterations=6 learn.train.checkpoint_seconds=0.05
  learn.select.most=4 learn.budget.rounds=1 learn.until.goal=no_extrapolation
  'learn.build.builders=[{name: gamma, kind: crystal, lengths_A: [10.4612, 6.1113, 4.9208], space_group: Pnma, write: false, sites: [Li 0.1627 0.5016 0.3008, Li 0.4246 0.75 0.2045, P 0.4115 0.25 0.3079, O 0.3418 0.0441 0.2054, O 0.0503 0.25 0.2928, O 0.0896 0.75 0.1223]}, {name: warm, kind: displace, input: gamma, sigma_A: 0.1, copies: 16}]'
  'learn.explore=[{name: melt, packed: {composition: Li12 P4 O16, density_g_per_cm3: [2.2, 2.4]}, wall_eV: 2, checkpoint_steps: 50, guard: {grade_every_steps: 10}, stages: [{name: relax, ensemble: minimize}, {name: melt, temperature_K: 2000, duration_ps: 0.2, timestep_fs: 1}]}]'
  'quench.packed={composition: Li12 P4 O16, density_g_per_cm3: 2.3}' quench.checkpoint_steps=100
  'quench.melt={temperature_K: 1500, duration_ps: 0.2}' 'quench.quench={temperature_K: 250, rate_K_per_ps: 5000}'
  'quench.equilibrate={temperature_K: 300, duration_ps: 0.3, timestep_fs: 2, dump_ps: 0.02}'
  'production.temperatures_K=[900]' production.checkpoint_steps=100
  'production.stages=[{name: production, duration_ps: 0.6, timestep_fs: 2, dump_ps: 0.02}]'
)

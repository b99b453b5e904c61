# The settings that make the example study small: sourced by what runs it in seconds.
# Small enough for seconds; checkpoints close enough together that a resumed stage has something to go on from.
settings=(
  slots=2 train.potential.level=10 train.optimizer.mtp.max_iterations=8 train.optimizer.nequip.max_epochs=2 train.checkpoint_seconds=0.2
  quench.replicas=2 quench.checkpoint_steps=200 production.checkpoint_steps=200
  'quench.melt={temperature_K: 1200, duration_ps: 0.5}' 'quench.quench={temperature_K: 250, rate_K_per_ps: 2000}'
  'quench.equilibrate={temperature_K: 300, duration_ps: 1, timestep_fs: 2, dump_ps: 0.05}'
  'production.temperatures_K=[600,900]'
  'production.stages=[{name: heat, duration_ps: 0.4, timestep_fs: 2}, {name: production, duration_ps: 2, timestep_fs: 2, dump_ps: 0.05}]'
)

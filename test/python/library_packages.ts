/** What the tests of hooks and public examples need in an environment of their own (`cachedEnvironment`). */
export const libraryPackages = [
  'numpy',
  'pandas',
  'scikit-learn',
  'matplotlib',
  'ipykernel',
  'jupyter_client',
  'xgboost-cpu',
  'lightgbm',
  'keras',
  'jax',
]

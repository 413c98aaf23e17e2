/** Keeps an interpreter for each folder; `given` lists what it was told, for tests to look at. */
exports.activate = () => {
  /** @type {Map<string, string>} */
  const active = new Map()
  /** @type {string[]} */
  const given = []
  return {
    ready: Promise.resolve(),
    given,
    environments: {
      /** @param {unknown} resource */
      getActiveEnvironmentPath: (resource) => {
        const path = active.get(String(resource)) ?? 'python'
        return { id: path, path }
      },
      /**
       * @param {string} path
       * @param {unknown} resource
       */
      updateActiveEnvironmentPath: async (path, resource) => {
        active.set(String(resource), path)
        given.push(path)
      },
    },
  }
}

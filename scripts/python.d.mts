/** See python.mjs. */
export declare function cachedEnvironment(name: string, requirements: readonly string[]): Promise<string>

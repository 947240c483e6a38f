/** Maximum number of pipelines per commit; a longer list is truncated and marked as partial. */
export const maxPipelines = 500;
/** Maximum number of single pipelines and jobs per commit that are asked for in one round, where lists don't tell them. */
export const maxAsked = 2 * maxPipelines;
/**
 * Number of builds of a commit after which no further pipelines are read, and maximum number that is shown; a longer list
 * is truncated and marked as partial.
 */
export const maxBuilds = 20_000;

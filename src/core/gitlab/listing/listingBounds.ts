/** Maximum number of pipelines per commit; a longer list is truncated and marked as partial. */
export const maxPipelines = 500;
/**
 * Number of builds of a commit after which no further pipelines are read, and maximum number that is shown; a longer list
 * is truncated and marked as partial. The tree and the verdict of as many are computed in one turn of the event loop.
 */
export const maxBuilds = 20_000;

/** URI schemes of the files that the extension provides. */
export const artifactScheme = 'gitlab-artifacts';
export const logScheme = 'gitlab-builds-log';
/** Logs as they were when their comparison was requested. */
export const comparedScheme = 'gitlab-builds-log-compared';
export const timelineScheme = 'gitlab-builds-timeline';
export const mergedScheme = 'gitlab-builds-ci';

import { statusClass, type Build } from './build';

/** Whether the build has published test results as `artifacts:reports:junit`. */
export function hasJUnitReport({ reports }: Build): boolean {
  return reports?.some(({ type }) => type === 'junit') === true;
}

/** Whether a build that has ended may have results of tests: in a `junit` report or in its archive. */
export function mayHaveTests(build: Build): boolean {
  return statusClass(build.status) === 'ended' && (hasJUnitReport(build) || build.artifacts !== undefined);
}

/** A string that changes whenever another build of the pipeline with a `junit` report finishes. */
export function junitState(builds: readonly Build[], pipeline: number | undefined): string {
  return builds
    .filter((build) => build.pipeline === pipeline && hasJUnitReport(build) && statusClass(build.status) === 'ended')
    .map(({ id }) => id)
    .sort((a, b) => a - b)
    .join(' ');
}

import { statusClass, type Build } from './build';

/** Whether the build has published the results of tests as `artifacts:reports:junit`. */
export function hasJUnitReport({ reports }: Build): boolean {
  return reports?.some(({ type }) => type === 'junit') === true;
}

/** A text that differs as soon as another build of the pipeline with a `junit` report has ended. */
export function junitState(builds: readonly Build[], pipeline: number | undefined): string {
  return builds
    .filter((build) => build.pipeline === pipeline && hasJUnitReport(build) && statusClass(build.status) === 'ended')
    .map(({ id }) => id)
    .sort((a, b) => a - b)
    .join(' ');
}

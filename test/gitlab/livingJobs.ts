import type { ArchiveInit } from './archive';
import { failedExamples, resultsOfTests, site } from './livingArtifacts';
import type { FakeBuild, Kind, Report } from './model';
import type { Profile } from './profiles/profile';

/** One build of the living project, as its `.gitlab-ci.yml` would have it. */
export interface Job {
  readonly stage: string;
  readonly name: string;
  /** How long it runs. */
  readonly ticks: number;
  readonly coverage?: number;
  readonly artifacts?: ArchiveInit;
  /** Instead of these, where it fails. */
  readonly artifactsOfFailure?: ArchiveInit;
  readonly reports?: readonly Report[];
  /** The first attempt in a pipeline fails, the next succeeds. */
  readonly flaky?: boolean;
  /** Default: `on_success`. */
  readonly when?: 'manual' | 'delayed';
  /** Default: `build`. */
  readonly kind?: Kind;
}

/** Which pipeline it is that builds belong to. */
export type Plan = 'branch' | 'mergeRequest' | 'child';

/** What of all this a GitLab of that version can show. */
export interface Scene {
  readonly manual: boolean;
  readonly delayed: boolean;
  /** Child pipelines, merge requests with pipelines of their own, what other CI systems report. */
  readonly manyPipelines: boolean;
}

export function sceneOf({ rules, statuses, v4 }: Profile): Scene {
  return {
    manual: rules.playableFrom.length > 0,
    delayed: statuses.includes('scheduled'),
    manyPipelines: v4 !== 'absent' && v4.routes.includes('bridges'),
  };
}

/** For how long a delayed build waits, and one that is being canceled cleans up. */
export const delayTicks = 30;
export const cleanUpTicks = 8;
/** From then on another CI system reports that it runs. */
export const reportTicks = 5;

const branch: readonly Job[] = [
  { stage: 'build', name: 'compile', ticks: 9, artifacts: { filename: 'app.zip', files: files('bin/app', 4000) } },
  { stage: 'build', name: 'assets', ticks: 6, artifacts: { filename: 'assets.zip', files: files('app.css', 900) } },
  { stage: 'test', name: 'rspec 1/2', ticks: 16, coverage: 91.3 },
  { stage: 'test', name: 'rspec 2/2', ticks: 13, coverage: 88.75 },
  { stage: 'test', name: 'lint', ticks: 4, reports: [reportFile('codequality', 'gl-code-quality-report.json', 'raw')] },
  {
    stage: 'test',
    name: 'integration',
    ticks: 11,
    flaky: true,
    artifacts: resultsOfTests(false),
    artifactsOfFailure: resultsOfTests(true),
    reports: [reportFile('junit', 'junit.xml.gz', 'gzip')],
  },
  { stage: 'test', name: 'packages', ticks: 0, kind: 'bridge' },
  { stage: 'deploy', name: 'staging', ticks: 8 },
  { stage: 'deploy', name: 'pages', ticks: 6, artifacts: site },
  { stage: 'deploy', name: 'canary', ticks: 7, when: 'delayed' },
  { stage: 'deploy', name: 'production', ticks: 10, when: 'manual' },
  { stage: 'external', name: 'jenkins/acceptance', ticks: 24, kind: 'external' },
];

const plans: Readonly<Record<Plan, readonly Job[]>> = {
  branch,
  mergeRequest: branch.filter(({ name }) => ['compile', 'rspec 1/2', 'lint'].includes(name)),
  child: [
    { stage: 'package', name: 'deb', ticks: 7, artifacts: { filename: 'deb.zip', files: files('shop.deb', 800) } },
    { stage: 'package', name: 'rpm', ticks: 6 },
    { stage: 'check', name: 'install', ticks: 8 },
  ],
};

export function jobsOf(plan: Plan, profile: Profile): readonly Job[] {
  const scene = sceneOf(profile);
  return plans[plan].filter(
    ({ when, kind }) =>
      (when !== 'manual' || scene.manual) &&
      (when !== 'delayed' || scene.delayed) &&
      (kind === undefined || scene.manyPipelines),
  );
}

export function jobNamed(name: string): Job | undefined {
  return Object.values(plans)
    .flat()
    .find((job) => job.name === name);
}

/** In their order, without the one that external statuses are in. */
export function stagesOf(jobs: readonly Job[]): readonly string[] {
  return [...new Set(jobs.filter(({ kind }) => kind !== 'external').map(({ stage }) => stage))];
}

function reportFile(fileType: string, filename: string, format: Report['format']): Report {
  return { fileType, filename, format, size: 410 };
}

function files(name: string, lines: number): Readonly<Record<string, string>> {
  const content = Array.from({ length: lines }, (_, line) => `line ${line} of ${name}\n`).join('');
  return { [name]: content, 'README.txt': `Made by the build that has ${name}.\n` };
}

export function greeting({ name }: FakeBuild, runner: string): string {
  return [
    `gitlab-ci-multi-runner 1.0.4 (014aa8c) on ${runner}`,
    'Using Docker executor with image ruby:2.2 ...',
    'Cloning repository...',
    `${green(`$ bundle exec rake ${JSON.stringify(name)}`)}\n`,
  ].join('\n');
}

export function step({ name }: FakeBuild, ticks: number, job: Job): string {
  return `${gray(`[${ticks}/${job.ticks}]`)} ${name}: step ${ticks} ... ${green('ok')}\n`;
}

export function success(coverage: number | null): string {
  const covered = coverage === null ? '' : `(${coverage}%) covered\n`;
  return `${covered}\n${green('Build succeeded')}\n`;
}

export const failure = `\nFailures:\n\n${failedExamples}\n\n\u001b[31;1m4 examples, 1 failure\u001b[0;m\n\n\u001b[31;1mERROR: Build failed with: exit code 1\u001b[0;m\n`;

function green(text: string): string {
  return `\u001b[32;1m${text}\u001b[0;m`;
}

function gray(text: string): string {
  return `\u001b[30;1m${text}\u001b[0;m`;
}

import { hasJUnitReport, junitState } from '../../model/junitReports';
import { statusClass, type Build } from '../../model/build';
import type { GitLabTests } from './testReport';
import { buildsOf, targetOf, type Snapshot } from '../../model/snapshot';
import type { Instance } from '../../model/instance';
import type { TestResults } from './testResults';
import type { Archives, OpenArchive } from '../archives';
import { toArtifactAddress } from '../artifactUri';
import { readResults } from './testResults';

/** Sources of test results. */
interface TestSourcePort {
  readonly snapshotOf: (root: string) => Snapshot | undefined;
  readonly clientOf: (instance: Instance) => {
    testsOf(project: string, build: Build, state: string, signal: AbortSignal): Promise<GitLabTests | undefined>;
  };
}

/** Loads test results of builds: GitLab's own if it has any, else from the reports in the archive. */
export class TestSource {
  constructor(
    private readonly archives: Archives,
    private readonly port: TestSourcePort,
  ) {}

  /** Whether there may be tests; `opened`: the build's archive, if any. */
  mayHave(build: Build, opened: OpenArchive | undefined): boolean {
    return this.hasReport(build) || (opened?.reports.length ?? 0) > 0;
  }

  /** Test results; undefined if there are none. Throws an error that affects all reports. */
  async read(root: string, build: Build, opened: OpenArchive | undefined): Promise<TestResults | undefined> {
    return this.readFirst(root, build, opened === undefined ? undefined : () => Promise.resolve(opened));
  }

  /** Test source for a build whose archive is only opened if GitLab has no results. */
  async readAny(root: string, build: Build): Promise<TestResults | undefined> {
    const target = targetOf(this.port.snapshotOf(root));
    const hasArchive = target !== undefined && build.artifacts !== undefined;
    const open = hasArchive ? () => this.archives.of(toArtifactAddress(root, target, build)) : undefined;
    return this.readFirst(root, build, open);
  }

  private async readFirst(
    root: string,
    build: Build,
    open: (() => Promise<OpenArchive>) | undefined,
  ): Promise<TestResults | undefined> {
    let results: TestResults | undefined;
    try {
      results = this.hasReport(build) ? await this.reported(root, build) : undefined;
    } catch (error) {
      const archived = await this.fromArchive(open);
      if (archived === undefined) throw error;
      return archived;
    }
    // If GitLab couldn't parse a report, the archive may have a readable one.
    return results === undefined || results.damaged ? ((await this.fromArchive(open)) ?? results) : results;
  }

  /** Tests of the reports in the archive. */
  private async fromArchive(open: (() => Promise<OpenArchive>) | undefined): Promise<TestResults | undefined> {
    const opened = await open?.();
    if (opened === undefined || opened.reports.length === 0) return undefined;
    return readResults(this.archives, opened, opened.reports);
  }

  private hasReport(build: Build): boolean {
    return hasJUnitReport(build) && statusClass(build.status) === 'ended';
  }

  private async reported(root: string, build: Build): Promise<TestResults | undefined> {
    const snapshot = this.port.snapshotOf(root);
    const target = targetOf(snapshot);
    if (target === undefined) return undefined;
    const state = junitState(buildsOf(snapshot), build.pipeline);
    const client = this.port.clientOf(target.instance);
    const tests = await client.testsOf(target.project, build, state, new AbortController().signal);
    return tests === undefined ? undefined : toResults(tests);
  }
}

function toResults({ name, builds, report, isPartial }: GitLabTests): TestResults {
  const { failed, quiet, ...counts } = report;
  return {
    ...counts,
    failed: failed.map((test) => ({ test, report: undefined })),
    quiet,
    sharedBy: builds.length > 1 ? { name, builds } : undefined,
    firstTests: isPartial ? failed.length + quiet.length : undefined,
  };
}

import { commands, l10n, ProgressLocation, Range, window, type Uri } from 'vscode';
import { ciFileName } from '../../core/ciFile/ciFile';
import { jobNameOf } from '../../core/ciFile/jobNames';
import { mergedJobs } from '../../core/ciFile/mergedJobs';
import { GitLabError } from '../../core/model/errors';
import { toMergedUri } from '../ciFile/mergedCiFiles';
import type { Build } from '../../core/model/build';
import { listingOf } from '../../core/model/snapshot';
import { UserError } from '../report';
import { oneLine } from '../text/failures';
import { abortedBy } from './prompts';
import type { TargetSnapshot } from './targets';
import type { Command, CommandContext } from './command';
import { subjectOf } from './subjects';

/**
 * Opens the place that configures a build: in `.gitlab-ci.yml`, or in a local file that it includes, else in the merged
 * configuration of its commit.
 */
export const goToJob: Command = async (context, args) => {
  const subject = await subjectOf(context, args, {
    can: ({ kind }) => kind !== 'external',
    pick: l10n.t('Select a build to go to its job'),
    none: l10n.t('No build has a job in .gitlab-ci.yml.'),
    why: () => l10n.t('This build was reported by another CI system, so .gitlab-ci.yml has no job for it.'),
  });
  if (subject === undefined) return;
  const job = (await jobOf(context, subject.root, subject.build)) ?? (await mergedJobOf(context, subject));
  if (job === undefined) {
    throw new UserError(
      l10n.t(
        "The job of {0} isn't in {1}, nor in what it includes. A child pipeline may have a file of its own.",
        oneLine(subject.build.name),
        ciFileName,
      ),
    );
  }
  const { line, character, uri } = job;
  await commands.executeCommand('vscode.open', uri, { selection: new Range(line, character, line, character) });
};

interface JobPlace {
  readonly uri: Uri;
  readonly line: number;
  readonly character: number;
}

/** The job in the merged configuration of the build's commit. */
async function mergedJobOf(
  { session, mergedCiFiles }: CommandContext,
  { root, target, build }: TargetSnapshot & { readonly build: Build },
): Promise<JobPlace | undefined> {
  const pipeline = listingOf(session.snapshotOf(root)).pipelines.find(({ id }) => id === build.pipeline);
  const sha = build.commit?.sha ?? pipeline?.sha ?? target.sha;
  const title = l10n.t('Loading the merged configuration');
  const text = await window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    (_progress, token) => mergedCiFiles.load(target, sha, abortedBy(token).signal).catch(orTooOld(build)),
  );
  const jobs = await mergedJobs(text);
  const name = jobNameOf(build, new Set(jobs.map((job) => job.name)));
  const job = jobs.find((one) => one.name === name);
  const uri = toMergedUri({ root, instance: target.instance.url, project: target.project, sha });
  return job && { ...job, uri };
}

function orTooOld({ name }: Build): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof GitLabError && error.failure.kind === 'unsupported')) throw error;
    throw new UserError(
      l10n.t(
        "The job of {0} isn't in {1} or in a local file that it includes. GitLab can show the merged configuration since 13.6.",
        oneLine(name),
        ciFileName,
      ),
    );
  };
}

/** A job of exactly the build's name, else the one that makes builds of such names. */
async function jobOf({ session, ciFiles }: CommandContext, root: string, build: Build): Promise<JobPlace | undefined> {
  const repository = session.repositoryOf(root);
  if (repository === undefined) return undefined;
  let second: JobPlace | undefined;
  for await (const { jobs, uri } of ciFiles.all(repository)) {
    const name = jobNameOf(build, new Set(jobs.map((job) => job.name)));
    const job = jobs.find((one) => one.name === name);
    if (job === undefined) continue;
    if (job.name === build.name) return { ...job, uri };
    second ??= { ...job, uri };
  }
  return second;
}

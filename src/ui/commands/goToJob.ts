import { commands, l10n, Range } from 'vscode';
import { ciFileName } from '../../core/ciFile/ciFile';
import { jobNameOf } from '../../core/ciFile/jobNames';
import type { Build } from '../../core/model/build';
import type { LocatedJob } from '../ciFile/ciFiles';
import { UserError } from '../report';
import { oneLine } from '../text/failures';
import type { Command, CommandContext } from './command';
import { subjectOf } from './subjects';

/** Opens the place in `.gitlab-ci.yml`, or in a local file that it includes, that configures a build. */
export const goToJob: Command = async (context, args) => {
  const subject = await subjectOf(context, args, {
    can: ({ kind }) => kind !== 'external',
    pick: l10n.t('Select a build to go to the job of'),
    none: l10n.t('No build has a job in .gitlab-ci.yml.'),
    why: () => l10n.t('This build was reported by another CI system, so .gitlab-ci.yml has no job for it.'),
  });
  if (subject === undefined) return;
  const job = await jobOf(context, subject.root, subject.build);
  if (job === undefined) {
    throw new UserError(
      l10n.t(
        "The job of {0} isn't in {1} or in a local file that it includes. It may come from another project, or be of another commit.",
        oneLine(subject.build.name),
        ciFileName,
      ),
    );
  }
  const { line, character, uri } = job;
  await commands.executeCommand('vscode.open', uri, { selection: new Range(line, character, line, character) });
};

/** A job of exactly the build's name, else the one that makes builds of such names. */
async function jobOf(
  { session, ciFiles }: CommandContext,
  root: string,
  build: Build,
): Promise<LocatedJob | undefined> {
  const repository = session.repositoryOf(root);
  if (repository === undefined) return undefined;
  let second: LocatedJob | undefined;
  for await (const { jobs, uri, path } of ciFiles.all(repository)) {
    const name = jobNameOf(build, new Set(jobs.map((job) => job.name)));
    const job = jobs.find((one) => one.name === name);
    if (job === undefined) continue;
    if (job.name === build.name) return { ...job, uri, path };
    second ??= { ...job, uri, path };
  }
  return second;
}

import { fieldsOf } from '../../core/util/fields';
import { commands, l10n, ProgressLocation, Range, Uri, window } from 'vscode';
import { ciFileName } from '../../core/ciFile/ciFile';
import { pipelineFailedWithoutBuilds, type Pipeline } from '../../core/model/pipeline';
import { listingOf } from '../../core/model/snapshot';
import { placeOfFile } from '../ciFile/ciFiles';
import type { CiProblem } from '../ciFile/ciProblems';
import type { CiVerdict } from '../ciFile/ciValidation';
import { UserError } from '../report';
import { pipelineLabel } from '../text/pipelineText';
import type { Command, CommandContext } from './command';
import { abortedBy } from './prompts';
import { defaultRoot, openRoot, requireWritable, rowsOf, targetSnapshot } from './targets';
import { plural } from '../text/plural';

/**
 * Has GitLab validate the `.gitlab-ci.yml` of a repository, as it is in the editor, and shows what is wrong with it as
 * problems. Argument: a file of the repository, as the editor's menu passes it, or `{ repository? }`.
 */
export const validateCiConfig: Command = async (context, args) => {
  const { root } = targetSnapshot(context, await rootOfFile(context, args[0]));
  requireWritable(context.session.snapshotOf(root));
  const verdict = await window.withProgress(
    {
      location: ProgressLocation.Notification,
      title: l10n.t('Validating {0}', ciFileName),
      cancellable: true,
    },
    (_progress, token) => context.ciValidation.validate(root, abortedBy(token).signal),
  );
  if (verdict === undefined)
    throw new UserError(l10n.t('{0} changed during validation. Validate it again.', ciFileName));
  await tell(context, verdict);
};

/** Repository of the given file, of the argument, or of the active CI file; else the default one. */
async function rootOfFile(context: CommandContext, given: unknown): Promise<string | undefined> {
  if (given instanceof Uri) return placeOfFile(context.session, given)?.root ?? defaultRoot(context);
  const repository = fieldOf(given, 'repository');
  if (typeof repository === 'string') return openRoot(context.session, repository);
  const active = window.activeTextEditor?.document.uri;
  const place = active?.scheme === 'file' ? placeOfFile(context.session, active) : undefined;
  const isCiFile = place !== undefined && (await context.ciFiles.isCiFile(place.repository, place.path));
  return isCiFile ? place.root : defaultRoot(context);
}

function fieldOf(value: unknown, name: string): unknown {
  return fieldsOf(value)[name];
}

async function tell({ report }: CommandContext, { isValid, problems, includesFiles }: CiVerdict): Promise<void> {
  const [first] = problems;
  if (!isValid && first !== undefined) {
    await open(first);
    await commands.executeCommand('workbench.actions.view.problems');
    return;
  }
  // Not awaited, so that nothing waits for the message to be closed.
  void report.inform(validSentence(problems.length, includesFiles));
}

function validSentence(warnings: number, includesFiles: boolean): string {
  if (warnings > 0)
    return plural(
      warnings,
      l10n.t('{0} is valid, with {1} warning.', ciFileName, warnings),
      l10n.t('{0} is valid, with {1} warnings.', ciFileName, warnings),
    );
  return includesFiles
    ? l10n.t('{0} is valid. GitLab read the files that it includes from the default branch.', ciFileName)
    : l10n.t('{0} is valid.', ciFileName);
}

/** Opens the place that the message of an invalid pipeline names. Argument: its row, or `{ pipeline, repository? }`. */
export const goToConfigError: Command = async (context, args) => {
  const [row] = rowsOf(args);
  const repository = fieldOf(args[0], 'repository');
  const named = typeof repository === 'string' ? openRoot(context.session, repository) : undefined;
  const { root } = targetSnapshot(context, row?.root ?? named ?? defaultRoot(context));
  const pipeline = row?.node.kind === 'pipeline' ? row.node.pipeline : brokenPipeline(context, root, args[0]);
  if (pipeline?.yamlErrors === undefined)
    throw new UserError(l10n.t("GitLab reports no configuration error for this commit's pipelines."));
  await openError(context, root, pipeline, pipeline.yamlErrors);
};

function brokenPipeline({ session }: CommandContext, root: string, argument: unknown): Pipeline | undefined {
  const listing = listingOf(session.snapshotOf(root));
  const id = fieldOf(argument, 'pipeline');
  return id === undefined
    ? (pipelineFailedWithoutBuilds(listing) ?? listing.pipelines.find(({ yamlErrors }) => yamlErrors !== undefined))
    : listing.pipelines.find((pipeline) => pipeline.id === id);
}

async function openError(context: CommandContext, root: string, pipeline: Pipeline, message: string): Promise<void> {
  const repository = context.session.repositoryOf(root);
  const place = repository && (await context.ciValidation.locate(repository, message));
  if (place === undefined)
    throw new UserError(
      l10n.t('The configuration of {0} has an error, but there is no {1} here.', pipelineLabel(pipeline), ciFileName),
    );
  await open(place);
}

async function open({ uri, line, character }: Pick<CiProblem, 'uri' | 'line' | 'character'>): Promise<void> {
  await commands.executeCommand('vscode.open', uri, { selection: new Range(line, character, line, character) });
}

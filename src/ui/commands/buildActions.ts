import { l10n } from 'vscode';
import { can } from '../../core/model/abilities';
import type { Build } from '../../core/model/build';
import { buildTitle, formatSize, knownSize } from '../text/buildText';
import { UserError } from '../report';
import { oneLine, withoutIcons } from '../text/failures';
import { canceling, deletingArtifacts, erasing, forcing, retryingWithInputs, type Action } from '../text/actionText';
import { askAndStart, inputsIn, inputsOf, startWith } from './buildInputs';
import { performOn, questionOf, whyNot } from './buildTasks';
import type { Command, CommandContext } from './command';
import { subjectOf, subjectsOf, type Subjects, type TargetQuery } from './subjects';
import { plural } from '../text/plural';

/** Retries a build with other inputs of its job. */
export const retryWithInputs: Command = async (context, args) => {
  const given = inputsIn(args[0]);
  const action = retryingWithInputs();
  const subject = await subjectOf(context, args, questionOf(context, action));
  if (subject === undefined) return;
  const title = buildTitle(subject.build);
  const start = {
    ...{ ...subject, action },
    title: l10n.t('Retry {0}', title),
    accept: l10n.t('$(debug-restart) Retry {0} with these inputs', withoutIcons(oneLine(subject.build.name))),
  };
  if (given !== undefined) return startWith(context, start, given);
  if (!can(subject.build, action.ability)) throw new UserError(whyNot(context, subject.target, action, subject.build));
  const found = await inputsOf(context, subject);
  if (found === undefined) throw new UserError(l10n.t("GitLab doesn't say which inputs {0} has.", title));
  if (found.specs.length === 0) throw new UserError(l10n.t('{0} has no inputs. Retry it without any.', title));
  await askAndStart(context, start, found);
};

export const erase: Command = async (context, args) => {
  const action = erasing();
  const subjects = await subjectsOf(context, args, questionOf(context, action));
  const builds = subjects.flatMap((one) => one.builds);
  refuseDenied(context, subjects, action);
  if (builds.length === 0 || !(await mayErase(context, builds))) return;
  await performOn(context, subjects, () => action).finally(() => context.logs.lookAgain());
};

export const deleteArtifacts: Command = async (context, args) => {
  const action = deletingArtifacts();
  const subjects = await subjectsOf(context, args, questionOf(context, action));
  const builds = subjects.flatMap((one) => one.builds);
  const [named] = subjects;
  const [first] = builds;
  if (named !== undefined && first !== undefined && !builds.some((build) => can(build, action.ability)))
    throw new UserError(whyNot(context, named.target, action, first));
  if (builds.length === 0 || !(await mayDeleteArtifacts(context, builds))) return;
  await performOn(context, subjects, () => action);
};

/**
 * Throws if no build can ever permit the action: its kind or the user's role rules it out. A status may have changed since
 * the list was loaded, so it is checked when the action is performed.
 */
function refuseDenied(context: CommandContext, subjects: readonly Subjects[], action: Action): void {
  const all = subjects.flatMap(({ target, builds }) => builds.map((build) => ({ target, build })));
  const isDenied = ({ kind, denied }: Build) => kind !== undefined || denied?.includes(action.ability) === true;
  const [first] = all;
  if (first !== undefined && all.every(({ build }) => isDenied(build)))
    throw new UserError(whyNot(context, first.target, action, first.build));
}

/** Cancels builds. Those already canceling are forced after a single confirmation. */
export const cancel: Command = async (context, args) => {
  const [asking, forced] = [canceling(), forcing()];
  const actionFor = (build: Build) => (build.status === 'canceling' ? forced : asking);
  const question: TargetQuery = {
    ...asking,
    can: (build) => can(build, actionFor(build).ability),
    why: (build, target) => whyNot(context, target, actionFor(build), build),
  };
  const subjects = await subjectsOf(context, args, question);
  const finishing = subjects.flatMap(({ builds }) => builds.filter((build) => can(build, 'forceCancel')));
  const isForced = finishing.length > 0 && (await mayForce(context, finishing));
  const wanted = (build: Build) => isForced || !can(build, 'forceCancel');
  const those = subjects.map((one) => ({ ...one, builds: one.builds.filter(wanted) }));
  await performOn(context, those, actionFor);
};

async function mayForce({ report }: CommandContext, builds: readonly Build[]): Promise<boolean> {
  const [first] = builds;
  const question =
    builds.length === 1 && first !== undefined
      ? l10n.t('Force build {0} to cancel?', buildTitle(first))
      : l10n.t('Force {0} builds to cancel?', builds.length);
  const detail = [
    ...(builds.length === 1 ? [] : [...listed(builds, buildTitle), '']),
    l10n.t('The runner was already asked to cancel and is still finishing.'),
    l10n.t('Forcing gives it no time to clean up. Only maintainers can do this.'),
  ].join('\n');
  return report.confirm(question, detail, l10n.t('Force'));
}

async function mayErase({ report }: CommandContext, builds: readonly Build[]): Promise<boolean> {
  const [first] = builds;
  const question =
    builds.length === 1 && first !== undefined
      ? l10n.t('Erase build {0}?', buildTitle(first))
      : l10n.t('Erase {0} builds?', builds.length);
  const lines = listed(builds, (build) => `${buildTitle(build)}: ${whatGoes(build)}`);
  return report.confirm(question, [...lines, '', l10n.t('This cannot be undone.')].join('\n'), l10n.t('Erase'));
}

async function mayDeleteArtifacts({ report }: CommandContext, builds: readonly Build[]): Promise<boolean> {
  const [first] = builds;
  const isOne = builds.length === 1 && first !== undefined;
  const question = isOne ? l10n.t('Delete the artifacts of {0}?', buildTitle(first)) : deleteQuestion(builds);
  const lines = listed(builds, (build) => `${buildTitle(build)}: ${artifactWords(build)}`);
  const rest = isOne
    ? l10n.t('They are removed from GitLab for everyone. The build and its log are kept.')
    : l10n.t('They are removed from GitLab for everyone. The builds and their logs are kept.');
  const detail = [...lines, '', rest, l10n.t('This cannot be undone.')].join('\n');
  return report.confirm(question, detail, l10n.t('Delete'));
}

function deleteQuestion(builds: readonly Build[]): string {
  const sizes = builds.flatMap(({ artifacts }) => (artifacts === undefined ? [] : [artifacts.size]));
  const size = sizes.reduce((sum, one) => sum + one, 0);
  return sizes.includes(0)
    ? l10n.t('Delete the artifacts of {0} builds?', builds.length)
    : l10n.t('Delete the artifacts of {0} builds, {1} in all?', builds.length, formatSize(size));
}

function artifactWords({ artifacts, reports = [] }: Build): string {
  if (artifacts === undefined) return l10n.t('none known');
  const [name, size] = [oneLine(artifacts.filename), knownSize(artifacts)];
  const archive = size === undefined ? name : `${name} (${size})`;
  if (reports.length === 0) return archive;
  return plural(
    reports.length,
    l10n.t('{0} and {1} report', archive, reports.length),
    l10n.t('{0} and {1} reports', archive, reports.length),
  );
}

function whatGoes({ artifacts, reports }: Build): string {
  if (artifacts === undefined && reports !== undefined) return l10n.t('its log and reports are removed from GitLab.');
  if (artifacts === undefined) return l10n.t('its log is removed from GitLab. It has no artifacts.');
  const size = knownSize(artifacts);
  return size === undefined
    ? l10n.t('its log and artifacts are removed from GitLab.')
    : l10n.t('its log and artifacts ({0}) are removed from GitLab.', size);
}

/** Builds for a confirmation, limited to what fits. */
function listed(builds: readonly Build[], toLine: (build: Build) => string): readonly string[] {
  const lines = builds.slice(0, 12).map(toLine);
  return builds.length > lines.length ? [...lines, l10n.t('… and {0} more', builds.length - lines.length)] : lines;
}

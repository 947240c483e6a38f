import { Uri, window } from 'vscode';
import type { Build } from '../../core/model/build';
import { toLogAddress } from '../log/logUri';
import type { CommandContext } from './command';
import type { TargetSnapshot } from './targets';
import { subjectOf, type TargetQuery } from './subjects';

/** The one build that a command on its log is about. */
export interface LogSubject extends TargetSnapshot {
  readonly build: Build;
}

/** Without a word, the build whose log is in front. */
export async function logSubject(
  context: CommandContext,
  args: readonly unknown[],
  question: TargetQuery,
): Promise<LogSubject | undefined> {
  const [first] = args;
  const uri = first instanceof Uri ? first : args.length === 0 ? window.activeTextEditor?.document.uri : undefined;
  const address = uri === undefined ? undefined : toLogAddress(uri);
  const meant = address === undefined ? args : [{ build: address.build, repository: address.root }];
  return subjectOf(context, meant, question);
}

import { l10n, workspace } from 'vscode';
import { ReplacePolicy, type ReplaceAnswer } from '../../core/artifacts/download/replacePolicy';
import type { Report } from '../report';

/** Asks in a modal before a file is replaced; where several may be, one answer may be for all that follow. */
export function confirmReplace(report: Report, isOneOfMany: boolean): ReplacePolicy {
  return new ReplacePolicy(async (path) => {
    const answers: readonly (readonly [button: string, answer: ReplaceAnswer])[] = [
      [l10n.t('Replace'), 'replace'],
      ...(isOneOfMany
        ? ([
            [l10n.t('Replace All'), 'replaceAll'],
            [l10n.t('Keep'), 'keep'],
            [l10n.t('Keep All'), 'keepAll'],
          ] as const)
        : []),
    ];
    const question = l10n.t('Replace {0}?', workspace.asRelativePath(path));
    const detail = l10n.t('The file exists. Any changes to it will be lost.');
    const chosen = await report.choose(question, detail, ...answers.map(([button]) => button));
    // Whoever calls it off does not want to be asked on.
    return answers.find(([button]) => button === chosen)?.[1] ?? 'keepAll';
  });
}

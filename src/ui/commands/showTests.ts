import { commands, l10n, window } from 'vscode';
import { UserError } from '../report';
import type { Command } from './command';
import { defaultRoot, rootsOf, targetSnapshot } from './targets';
import { plural } from '../text/plural';

/** Fills the Testing view. It is only opened by the button of the message. */
export const showTests: Command = async (context, args) => {
  const { settings, session, commitTests, report } = context;
  if (settings.testing() === 'never')
    throw new UserError(
      l10n.t('The setting gitlabBuilds.testing is "never". Change it to see tests in the Testing view.'),
    );
  const { root } = targetSnapshot(context, rootsOf(context, args)[0] ?? defaultRoot(context));
  const filled = await window.withProgress(
    { location: { viewId: 'gitlabBuilds.builds' }, title: l10n.t('Reading tests') },
    () => commitTests.fill(root, session.snapshotOf(root)),
  );
  if (filled === undefined) return;
  if (filled.tests === 0) {
    void report.inform(l10n.t('No finished build of this commit has a JUnit report.'));
    return;
  }
  const open = l10n.t('Open Testing View');
  // Not awaited: nothing waits for a message to be closed.
  void report.inform(filledWords(filled), open).then((chosen) => {
    if (chosen === open) return commands.executeCommand('workbench.view.testing.focus');
    return undefined;
  });
};

function filledWords({ tests, failures }: { readonly tests: number; readonly failures: number }): string {
  if (failures === 0) return l10n.t('No failed test. Tests in the Testing view: {0}', tests);
  return plural(
    failures,
    l10n.t('{0} test failed. Tests in the Testing view: {1}', failures, tests),
    l10n.t('{0} tests failed. Tests in the Testing view: {1}', failures, tests),
  );
}

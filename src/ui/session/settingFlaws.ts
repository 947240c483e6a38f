import type { Disposable } from 'vscode';
import type { Logger } from '../../core/util/logger';
import type { Settings } from './settings';

/** Logs problems with settings now and after each change; each sentence once. */
export function logSettingFlaws(settings: Settings, log: Pick<Logger, 'warn'>): Disposable {
  const told = new Set<string>();
  const look = (): void => {
    for (const sentence of settings.instanceFlaws()) {
      if (!told.has(sentence)) log.warn(sentence);
      told.add(sentence);
    }
  };
  look();
  return settings.onDidChangeSource(look);
}

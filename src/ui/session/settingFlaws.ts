import { l10n, workspace, type Disposable } from 'vscode';
import type { Logger } from '../../core/util/logger';
import { setKey } from '../views/contextKeys';
import type { Settings } from './settings';

/** A problem with a setting. The sentence contains no value, as that may be secret. */
interface SettingFlaw {
  /** Full key. */
  readonly setting: string;
  readonly sentence: string;
}

/** A setting's part of the manifest, as far as it is checked here. */
interface Schema {
  readonly type: string | readonly string[];
  readonly scope: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

interface Manifest {
  readonly contributes: {
    readonly configuration: readonly { readonly properties: Readonly<Record<string, Schema>> }[];
  };
}

/** Finds invalid settings, logs each problem once, and tells the view whether there are any. */
export class SettingFlaws implements Disposable {
  private readonly logged = new Set<string>();
  private readonly listener: Disposable;
  private known: readonly SettingFlaw[] = [];
  private readonly schemas: readonly (readonly [string, Schema])[];

  constructor(
    private readonly settings: Settings,
    private readonly log: Pick<Logger, 'warn'>,
    packageJson: unknown,
  ) {
    const { configuration } = (packageJson as Manifest).contributes;
    this.schemas = configuration.flatMap(({ properties }) => Object.entries(properties));
    this.listener = workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('gitlabBuilds')) this.look();
    });
    this.look();
  }

  /** All problems, in the order of the manifest. */
  get all(): readonly SettingFlaw[] {
    return this.known;
  }

  dispose(): void {
    this.listener.dispose();
  }

  private look(): void {
    const instances = this.settings.instanceFlaws().map((sentence) => ({ setting: instancesKey, sentence }));
    this.known = [...instances, ...this.schemas.flatMap((one) => this.flawOf(...one) ?? [])];
    for (const { sentence } of this.known) {
      if (!this.logged.has(sentence)) this.log.warn(sentence);
      this.logged.add(sentence);
    }
    void setKey('hasSettingFlaws', this.known.length > 0);
  }

  /** First problem of a setting. */
  private flawOf(setting: string, schema: Schema): SettingFlaw | undefined {
    const written = this.settings.written(setting.replace('gitlabBuilds.', ''), schema.scope === 'machine');
    const [sentence] = written.flatMap((value) => wrong(setting, value, schema) ?? []);
    return sentence === undefined ? undefined : { setting, sentence };
  }
}

const instancesKey = 'gitlabBuilds.instances';

function wrong(key: string, value: unknown, schema: Schema): string | undefined {
  // Its entries are checked one by one.
  if (key === instancesKey) return undefined;
  const types = [schema.type].flat();
  const isOfType = types.some((type) => isOf(type, value));
  if (!isOfType || (schema.enum !== undefined && !schema.enum.some((one) => one === value)))
    return l10n.t('The setting {0} has no valid value.', key);
  if (typeof value !== 'number') return undefined;
  if (schema.minimum !== undefined && value < schema.minimum)
    return l10n.t('The setting {0} must be at least {1}.', key, schema.minimum);
  if (schema.maximum !== undefined && value > schema.maximum)
    return l10n.t('The setting {0} can be at most {1}.', key, schema.maximum);
  return undefined;
}

/** Whether a value has a JSON type; integers are ids and therefore positive. */
function isOf(type: string, value: unknown): boolean {
  if (type === 'integer') return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
  if (type === 'number') return typeof value === 'number' && Number.isFinite(value);
  return typeof value === type;
}

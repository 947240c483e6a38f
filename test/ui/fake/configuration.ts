import { ConfigurationTarget, EventEmitter, type Uri } from './basics';

type Values = Record<string, unknown>;
interface Inspected {
  readonly key: string;
  readonly defaultValue: unknown;
  readonly globalValue: unknown;
  readonly workspaceValue: unknown;
  readonly workspaceFolderValue: unknown;
}

/** Settings on their levels; `folders` by the folder's path. Keys are whole: `gitlabBuilds.groupBy`. */
export class FakeConfiguration {
  readonly global: Values = {};
  readonly workspace: Values = {};
  readonly folders: Record<string, Values> = {};
  readonly updates: { readonly key: string; readonly value: unknown; readonly target: number | undefined }[] = [];
  private readonly changed = new EventEmitter<{ affectsConfiguration(section: string): boolean }>();
  readonly onDidChange = this.changed.event;

  constructor(private readonly defaults: Values) {}

  /** As a user writes it into a settings file. */
  set(values: Values, key: string, value: unknown): void {
    values[key] = value;
    this.changed.fire({ affectsConfiguration: (section) => key === section || key.startsWith(`${section}.`) });
  }

  section(section: string, scope: Uri | undefined) {
    const inspect = (key: string): Inspected => this.inspect(`${section}.${key}`, scope);
    return {
      inspect,
      get: (key: string): unknown => {
        const { defaultValue, globalValue, workspaceValue, workspaceFolderValue } = inspect(key);
        return workspaceFolderValue ?? workspaceValue ?? globalValue ?? defaultValue;
      },
      update: async (key: string, value: unknown, target?: number): Promise<void> => {
        this.updates.push({ key: `${section}.${key}`, value, target });
        this.set(this.level(target, scope), `${section}.${key}`, value);
      },
    };
  }

  private inspect(key: string, scope: Uri | undefined): Inspected {
    return {
      key,
      defaultValue: this.defaults[key],
      globalValue: this.global[key],
      workspaceValue: this.workspace[key],
      workspaceFolderValue: scope === undefined ? undefined : this.folders[scope.path]?.[key],
    };
  }

  private level(target: number | undefined, scope: Uri | undefined): Values {
    if (target === ConfigurationTarget.Global) return this.global;
    if (target === ConfigurationTarget.Workspace) return this.workspace;
    if (scope === undefined) throw new Error('Unable to write to Folder Settings because no resource is provided.');
    return (this.folders[scope.path] ??= {});
  }
}

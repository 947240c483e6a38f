import type { SecretStorage } from '../../core/util/storage';
import type { PipelineVariables, VariableValue } from '../../core/gitlab/dialect';

/** Identifies variables, which are shared by all builds of the same name. */
interface VariablesOwner {
  /** Base URL. */
  readonly instance: string;
  /** Project path or numeric id. */
  readonly project: string;
  readonly build: string;
}

/**
 * Stores the variables with which manual builds were last played; in VS Code's SecretStorage, since values may be
 * secret.
 */
export class StoredVariables {
  /** Entered variables that haven't been used yet; kept until the window closes. */
  private readonly drafts = new Map<string, PipelineVariables>();

  constructor(private readonly secrets: Omit<SecretStorage, 'onDidChange'>) {}

  /** Variables that were entered last, else those played last. */
  async last(owner: VariablesOwner): Promise<PipelineVariables> {
    const key = keyOf(owner);
    const draft = this.drafts.get(key);
    return draft ?? parse(await this.secrets.get(key));
  }

  noteDraft(owner: VariablesOwner, variables: PipelineVariables): void {
    this.drafts.set(keyOf(owner), variables);
  }

  async keep(owner: VariablesOwner, variables: PipelineVariables): Promise<void> {
    const key = keyOf(owner);
    this.drafts.delete(key);
    if (Object.keys(variables).length === 0) await this.secrets.delete(key);
    else await this.secrets.store(key, JSON.stringify(variables));
  }
}

function keyOf({ instance, project, build }: VariablesOwner): string {
  return `variables ${instance} ${project} ${build}`;
}

function parse(stored: string | undefined): PipelineVariables {
  const value: unknown = JSON.parse(stored ?? '{}');
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, VariableValue] => isVariableValue(entry[1])),
  );
}

export function isVariableValue(value: unknown): value is VariableValue {
  if (typeof value === 'string') return true;
  return typeof value === 'object' && value !== null && 'file' in value && typeof value.file === 'string';
}

export interface DetailedStatus {
  readonly icon: string;
  readonly text: string;
  readonly label: string;
  readonly group: string;
  readonly tooltip: string;
}

const texts: Readonly<Record<string, string>> = {
  success: 'Passed',
  waiting_for_resource: 'Waiting',
  waiting_for_callback: 'Waiting',
  canceled: 'Canceled',
};

/** What GitLab's own pages show for a status. */
export function detailedStatus(status: string): DetailedStatus {
  const words = status.replaceAll('_', ' ');
  const text = texts[status] ?? `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
  const label = status === 'success' ? 'passed' : words;
  return { icon: `status_${status}`, text, label, group: status.replaceAll('_', '-'), tooltip: label };
}

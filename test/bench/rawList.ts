import { get, type IncomingHttpHeaders } from 'node:http';

type Rows = readonly { readonly id: number }[];

const atOnce = 6;

/** The least that can be done for all rows of a list: plain node:http, six pages at a time, rows kept as they come. */
export async function rawList(url: string, token: string): Promise<Rows> {
  const first = await page(url, token, 1);
  const pages = [first.rows];
  const total = Number(first.headers['x-total-pages']);
  let next = 2;
  const worker = async (): Promise<void> => {
    while (next <= total) {
      const number = next++;
      pages[number - 1] = (await page(url, token, number)).rows;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return pages.flat();
}

function page(
  url: string,
  token: string,
  number: number,
): Promise<{ readonly headers: IncomingHttpHeaders; readonly rows: Rows }> {
  return new Promise((resolve, reject) => {
    const request = get(`${url}?per_page=100&page=${number}`, { headers: { 'PRIVATE-TOKEN': token } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode !== 200) {
          reject(new Error(`page ${number}: ${String(response.statusCode)}`));
          return;
        }
        resolve({ headers: response.headers, rows: JSON.parse(Buffer.concat(chunks).toString('utf8')) as Rows });
      });
    });
    request.on('error', reject);
  });
}

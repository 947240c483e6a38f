// Takes the place of the forms and blobs that node-fetch brings along: those of Node, and no way to send or read a form.
export { Blob, Blob as default, File } from 'node:buffer';

export const { FormData } = globalThis;

export function formDataToBlob() {
  throw new TypeError('Forms are not bundled.');
}

export {
  formDataToBlob as toFormData,
  formDataToBlob as blobFrom,
  formDataToBlob as blobFromSync,
  formDataToBlob as fileFrom,
  formDataToBlob as fileFromSync,
};

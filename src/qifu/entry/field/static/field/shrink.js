// A photo made small enough for a poor line before it is kept: the longer side 1600 px, and a thumbnail to look at.
const LONGEST = 1600, SMALL = 160;
function drawn(picture, longest) {
  const share = Math.min(1, longest / Math.max(picture.width, picture.height)), sheet = document.createElement("canvas");
  sheet.width = Math.max(1, Math.round(picture.width * share));
  sheet.height = Math.max(1, Math.round(picture.height * share));
  sheet.getContext("2d").drawImage(picture, 0, 0, sheet.width, sheet.height);
  return sheet;
}
export const blobOf = (sheet, type = "image/jpeg") => new Promise((done, fail) => sheet.toBlob((blob) => (blob ? done(blob) : fail(new Error("picture"))), type, 0.8));
export async function shrunk(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const blob = await blobOf(drawn(picture, LONGEST)), small = drawn(picture, SMALL).toDataURL("image/jpeg", 0.7);
  picture.close();
  return { blob, small };
}

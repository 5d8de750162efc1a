// SPDX-License-Identifier: AGPL-3.0-or-later

/** Leaves what reads a PDF where pdf.js's other part looks for it, so that it asks for no Worker of its own. */
declare module "pdfjs-dist/legacy/build/pdf.worker.min.mjs";

// SPDX-License-Identifier: AGPL-3.0-or-later

// Phone numbers as they are typed and shown. What is a number the core decides: it knows the plans of all countries.

/** Whether something is typed that may be a number: digits of any script, and what people write between them. */
export function looksLikePhone(typed: string): boolean {
  return /^(tel:)?[\s\p{Nd}\p{Cf}\p{Pd}+＋().\/\[\]~（）．／]+$/iu.test(typed) && /\p{Nd}/u.test(typed);
}

const TWO_DIGIT_CODES = /^(20|27|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;

/** "+491700000001" as "+49 170 000 0001", spaces or not: groups that eyes can hold, no numbering plan. */
export function formatPhone(phone: string): string {
  const plain = phone.replaceAll(" ", "");
  if (!/^\+\d{7,15}$/.test(plain)) return phone;
  const digits = plain.slice(1);
  const codeLength = /^[17]/.test(digits) ? 1 : TWO_DIGIT_CODES.test(digits) ? 2 : 3;
  const rest = digits.slice(codeLength);
  const groups: string[] = [];
  for (let at = 0; at < rest.length;) {
    const left = rest.length - at;
    const size = left === 4 || left === 2 ? left : 3;
    groups.push(rest.slice(at, at + size));
    at += size;
  }
  return `+${digits.slice(0, codeLength)} ${groups.join(" ")}`;
}

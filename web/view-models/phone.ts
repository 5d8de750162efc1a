// SPDX-License-Identifier: AGPL-3.0-or-later

// Phone numbers as people type them. The core and the server decide; this only spares a round trip and a number without country code.

/** The number without spaces and signs, or why it can't be one. */
export function checkPhone(typed: string): { phone: string } | { problem: string } {
  const phone = typed.replace(/[\s().\-/\u00a0]/g, "").replace(/^00/, "+");
  if (phone === "") return { problem: "Type a phone number." };
  if (!phone.startsWith("+")) return { problem: "Start with + and the country code, for example +49 170 0000001." };
  if (!/^\+\d*$/.test(phone)) return { problem: "A phone number has only digits after the +." };
  if (phone.startsWith("+0")) return { problem: "A country code doesn't begin with 0." };
  if (phone.length < 8) return { problem: "This number is too short." };
  if (phone.length > 16) return { problem: "This number is too long." };
  return { phone };
}

const TWO_DIGIT_CODES = /^(20|27|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;

/** "+491700000001" as "+49 170 000 0001": groups that eyes can hold, no numbering plan. */
export function formatPhone(phone: string): string {
  if (!/^\+\d{7,15}$/.test(phone)) return phone;
  const digits = phone.slice(1);
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

/** Azure tenants are providers whose ids are "az" and 14 hex digits; takes a provider's id, or that of a machine or grant of it. */
export const isAzure = (id: string): boolean => /^az[0-9a-f]{14}(?::|$)/.test(id)

/** What machines' agents wait for, by name. */
export const challengeKey = (id: string): string => `challenge ${id}`
export const ordersKey = (machineId: string): string => `orders ${machineId}`

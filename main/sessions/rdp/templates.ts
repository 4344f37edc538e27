/** The desktop clients that the console can start, in order of preference on each system. A new one is a new entry. */
import { freerdp2, freerdp3 } from './freerdp.ts'
import { mstsc, windowsApp } from './microsoft.ts'
import { remmina } from './remmina.ts'
import type { RdpTemplate } from './template.ts'

export const templates: readonly RdpTemplate[] = [mstsc, freerdp3, freerdp2, windowsApp, remmina]

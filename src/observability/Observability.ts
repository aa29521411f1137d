/** What a server tells operators, composed: its vitals, and who they are reported to. */
import { Layer } from "effect"
import * as EmfReport from "./EmfReport.ts"
import { EventLoopLag } from "./EventLoopLag.ts"
import * as OtlpExport from "./OtlpExport.ts"
import * as ProcessVitals from "./ProcessVitals.ts"

export interface ObservabilityOptions extends ProcessVitals.ProcessVitalsOptions, OtlpExport.OtlpExportOptions {
  /** Whether CloudWatch is written for. */
  readonly emf: boolean
}

/** `endpoint` empty: nothing is exported. */
export const layer = (options: ObservabilityOptions) =>
  Layer.mergeAll(
    options.endpoint === "" ? Layer.empty : OtlpExport.layer(options),
    options.emf ? EmfReport.layer(options) : Layer.empty
  ).pipe(
    // registered before they are first read, and until they were last read
    Layer.provide(Layer.merge(ProcessVitals.layer(options), EventLoopLag.layer))
  )

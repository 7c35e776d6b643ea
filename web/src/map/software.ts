/** Whether the processor draws in place of a graphics card: then what is drawn is worth sparing. */
export function inSoftware(context: WebGL2RenderingContext): boolean {
  const told = context.getExtension("WEBGL_debug_renderer_info");
  return byProcessor(String(context.getParameter(told ? told.UNMASKED_RENDERER_WEBGL : context.RENDERER)));
}

/** By the name that the renderer gives itself. */
export function byProcessor(name: string): boolean {
  return /swiftshader|llvmpipe|softpipe|software|basic render|\bwarp\b/i.test(name);
}

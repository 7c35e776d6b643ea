/** Whether the processor draws in place of a graphics card: then what is drawn is worth sparing. */
export function inSoftware(): boolean {
  const context = document.createElement("canvas").getContext("webgl2");
  if (!context) return true;
  const told = context.getExtension("WEBGL_debug_renderer_info");
  const name = String(context.getParameter(told ? told.UNMASKED_RENDERER_WEBGL : context.RENDERER));
  context.getExtension("WEBGL_lose_context")?.loseContext();
  return byProcessor(name);
}

/** By the name that the renderer gives itself. */
export function byProcessor(name: string): boolean {
  return /swiftshader|llvmpipe|softpipe|software|basic render|\bwarp\b/i.test(name);
}

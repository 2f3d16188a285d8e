// Shows the service's own document. Nothing can be sent from here, because a click would bill a call.
SwaggerUIBundle({
  dom_id: "#reference",
  url: "openapi.json",
  deepLinking: true,
  defaultModelsExpandDepth: -1,
  defaultModelRendering: "example",
  docExpansion: "list",
  supportedSubmitMethods: [],
  validatorUrl: null,
});

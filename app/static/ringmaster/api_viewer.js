// Shows the description of the REST API. What a person tries carries the token that he pastes, and no cookie.

const viewer = document.getElementById("viewer");

SwaggerUIBundle({
  url: viewer.dataset.document,
  domNode: viewer,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
  requestInterceptor: (request) => ({ ...request, credentials: "omit" }),
});

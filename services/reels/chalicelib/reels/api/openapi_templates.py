"""What the routes of templates and materials take, give and refuse."""

from chalicelib.reels import models
from shared.openapi import Answer, Route

MISSING = {404: ("template_not_found",)}

TEMPLATES = (
    Route(
        "validateTemplate",
        "POST",
        "/templates/validate",
        "Tell everything that is wrong with a template",
        "Templates",
        {200: models.TemplateCheck},
        body=models.Template,
        description="Nothing is kept. Also a body that is no template at all is answered by 200 "
        "and its problems, as long as it is a JSON object.",
    ),
    Route(
        "listTemplates",
        "GET",
        "/templates",
        "List the templates",
        "Templates",
        {200: models.TemplateList},
        paged=True,
    ),
    Route(
        "createTemplate",
        "POST",
        "/templates",
        "Make a template",
        "Templates",
        {201: Answer(models.StoredTemplate, headers={"Location": "The template."})},
        body=models.CreateTemplate,
        problems={409: ("template_exists",), 422: ("invalid_template",)},
    ),
    Route(
        "getTemplate",
        "GET",
        "/templates/{templateId}",
        "Get a template",
        "Templates",
        {200: models.StoredTemplate},
        problems=MISSING,
    ),
    Route(
        "replaceTemplate",
        "PUT",
        "/templates/{templateId}",
        "Make the next version of a template",
        "Templates",
        {200: models.StoredTemplate},
        body=models.ReplaceTemplate,
        problems={
            **MISSING,
            409: ("template_changed", "template_built_in"),
            422: ("invalid_template",),
        },
    ),
    Route(
        "deleteTemplate",
        "DELETE",
        "/templates/{templateId}",
        "Delete a template; reels that were made of it stay",
        "Templates",
        {204: Answer(description="It is gone.")},
        problems={**MISSING, 409: ("template_built_in",)},
    ),
)

MATERIALS = (
    Route(
        "createMaterial",
        "POST",
        "/materials",
        "Take on music or a logo, and get a signed form that uploads it",
        "Materials",
        {201: Answer(models.MaterialUpload, headers={"Location": "The material."})},
        body=models.CreateMaterial,
        problems={
            400: ("licence_missing", "bad_content_type"),
            409: ("idempotency_key_reused",),
            413: ("material_too_large",),
        },
        idempotent=True,
    ),
    Route(
        "listMaterials",
        "GET",
        "/materials",
        "List music and logos, newest first",
        "Materials",
        {200: models.MaterialList},
        paged=True,
    ),
    Route(
        "getMaterial",
        "GET",
        "/materials/{materialId}",
        "Get a material, and what was found in it",
        "Materials",
        {200: models.Material},
        problems={404: ("material_not_found",)},
    ),
)

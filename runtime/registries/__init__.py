"""Registries of schemas: asked, and what their schemas and the frames of records say."""

// The parts of vtk.js that the volume bench uses, for esbuild.

import "@kitware/vtk.js/Rendering/Profiles/Volume.js";
import vtkDataArray from "@kitware/vtk.js/Common/Core/DataArray.js";
import vtkImageData from "@kitware/vtk.js/Common/DataModel/ImageData.js";
import vtkPiecewiseFunction from "@kitware/vtk.js/Common/DataModel/PiecewiseFunction.js";
import vtkColorTransferFunction from "@kitware/vtk.js/Rendering/Core/ColorTransferFunction.js";
import vtkOpenGLRenderWindow from "@kitware/vtk.js/Rendering/OpenGL/RenderWindow.js";
import vtkRenderWindow from "@kitware/vtk.js/Rendering/Core/RenderWindow.js";
import vtkRenderWindowInteractor from "@kitware/vtk.js/Rendering/Core/RenderWindowInteractor.js";
import vtkRenderer from "@kitware/vtk.js/Rendering/Core/Renderer.js";
import vtkVolume from "@kitware/vtk.js/Rendering/Core/Volume.js";
import vtkVolumeMapper from "@kitware/vtk.js/Rendering/Core/VolumeMapper.js";

export {
  vtkColorTransferFunction,
  vtkDataArray,
  vtkImageData,
  vtkOpenGLRenderWindow,
  vtkPiecewiseFunction,
  vtkRenderWindow,
  vtkRenderWindowInteractor,
  vtkRenderer,
  vtkVolume,
  vtkVolumeMapper,
};
